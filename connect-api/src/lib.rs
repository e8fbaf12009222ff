//! A client of the Connect API.
