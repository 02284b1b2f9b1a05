"""The course's models. Importing this package imports Keras and its backend."""

from course_utils.models.autoencoder import Autoencoder

__all__ = ["Autoencoder"]
