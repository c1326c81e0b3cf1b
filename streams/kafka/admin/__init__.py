"""What changes Kafka itself: `topics.py` creates and compares topics, `rights.py` grants rights and sets passwords.

Both take as data what is to be; importing them loads a client of Kafka, which takes a moment.
"""
