"""What runs, checks and presents the notebooks: the `course` command behind `make`."""
