//! The stand-in server of the Connect API.
