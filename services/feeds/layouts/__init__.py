"""The layouts that come with the product: one for each system that the directory was made to hear from."""
