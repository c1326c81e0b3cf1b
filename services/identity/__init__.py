"""Identity as a service of its own: the matcher's settings, how accurate it is, and what other settings would change."""
