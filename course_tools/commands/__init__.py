"""The commands of `course`, by what they are for; each leaves its job to a module of its own."""
