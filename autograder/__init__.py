"""What instructors and CI run: build, grade, give feedback, publish."""
