"""Who may do what, and what attackers try."""
