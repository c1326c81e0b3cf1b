"""Shields: of which children whereabouts are hidden, and what of them may still be searched by.

A child is hidden while a shield stands for it, or while it may be one with a child for whom one stands. That follows
from rows of several streams, so it is found again whenever one of them changes (`derive.py`).
"""
