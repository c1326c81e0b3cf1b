"""More processes of a role beside those of one real stack."""
