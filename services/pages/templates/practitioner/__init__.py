"""The practitioner's pages: one template each, what they share in `base`, `words` and `parts`, and one style sheet."""
