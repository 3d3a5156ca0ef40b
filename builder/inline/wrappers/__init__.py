"""What is written beside a function so that it becomes a service: plain programs in the function's own language."""
