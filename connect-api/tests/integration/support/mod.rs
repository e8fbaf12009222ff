//! What the tests share: servers, and a process for a test that cannot share one.

pub mod api_server;
#[cfg(any(feature = "oauth", feature = "upload"))]
pub mod isolated;
#[cfg(feature = "oauth")]
pub mod oauth_service;
#[cfg(feature = "upload")]
pub mod upload_host;
