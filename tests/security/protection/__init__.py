"""Who may see what: roles, denied attempts, and what a reader without clearance gets."""
