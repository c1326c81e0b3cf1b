"""What tests share: directories, stacks and servers to test on, examples of messages, and waiting for a condition."""
