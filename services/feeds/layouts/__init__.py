"""The layouts that come with the product: one for each system whose extracts the directory was made to read."""
