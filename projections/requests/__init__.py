"""Requests of carers and children, each with its answer once there is one; what was said stays sealed."""
