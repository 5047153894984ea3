"""What time does: sweeps over rows and stored bytes, each of which may run twice, at once, late, or die anywhere."""
