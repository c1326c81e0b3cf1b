"""The writing side of the access log: looks, denials, overrides, requests, and the notices that go with them."""
