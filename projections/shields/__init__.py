"""Shields: the children whose whereabouts are hidden, and the identity that they may still be searched by.

A child is hidden while it has a shield, or while it may be one with a child that has one. That follows from rows of
several streams, so it is derived again whenever one of them changes (`projections/cross_stream/hidden_children.py`).
"""
