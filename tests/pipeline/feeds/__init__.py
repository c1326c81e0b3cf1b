"""Extracts of agencies' systems: layouts, files that are refused, and the samples on a real stack."""
