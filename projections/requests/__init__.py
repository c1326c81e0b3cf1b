"""Requests of carers and children, each with its answer once there is one; their texts stay sealed."""
