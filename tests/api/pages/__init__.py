"""The practitioner's pages: who gets in, that a page shows what the API shows, and that each look is recorded."""
