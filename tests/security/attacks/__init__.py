"""What an attacker sends, and every way in which it could come out or keep others from an answer."""
