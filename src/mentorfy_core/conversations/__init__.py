"""What people and bots say to each other, and what each answer rests on."""
