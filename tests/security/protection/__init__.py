"""Who may see what: the table, the reasons, and what a reader without clearance gets."""
