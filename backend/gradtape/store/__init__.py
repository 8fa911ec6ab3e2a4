"""What outlives the server: sessions on disk."""
