"""Who calls, who may do what, who may see what, and what attackers try."""
