"""What the files of a bundle are called."""

PREDICTOR = "predictor.zip"
ABOUT = "bundle.json"
