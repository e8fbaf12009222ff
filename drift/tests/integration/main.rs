//! Integration tests of the drift checker. They are one binary, because each binary is linked
//! separately.

mod compare;
mod connect;
mod reports;
#[path = "../sample/mod.rs"]
mod sample;
