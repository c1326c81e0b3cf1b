"""What is answered from the views and the logs, apart from who asks: reports, access report, subject access."""
