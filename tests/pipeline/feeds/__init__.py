"""Extracts of agencies' systems: layouts, bad files, and the samples on a real stack."""
