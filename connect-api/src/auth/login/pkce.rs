//! Proof Key for Code Exchange (RFC 7636), with this service's own challenge method.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha512};

use crate::error::{ConfigurationError, Error};

/// Not in the RFC: base64, with padding, of the verifier's SHA-512.
pub(super) const METHOD: &str = "S512";

/// 32 random bytes as 43 characters that a URL takes as they are.
pub(super) fn random() -> Result<SecretString, Error> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(bytes.as_mut()).map_err(|error| {
        Error::Configuration(ConfigurationError::new(format!("no random numbers: {error}")))
    })?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(*bytes).into())
}

/// A verifier, and the challenge that it answers.
///
/// The vendor's own programs disagree on the last two characters of the alphabet: some write `+`
/// and `/`, others swap in `_` and `-`. A challenge without any of them is the same in each, so one
/// is drawn; that takes some 15 draws.
pub(super) fn verifier_and_challenge() -> Result<(SecretString, String), Error> {
    loop {
        let verifier = random()?;
        let challenge = BASE64_STANDARD.encode(Sha512::digest(verifier.expose_secret()));
        if !challenge.contains(['+', '/']) {
            return Ok((verifier, challenge));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_the_same_in_every_alphabet() {
        for _ in 0..20 {
            let (verifier, challenge) = verifier_and_challenge().unwrap();
            let verifier = verifier.expose_secret();
            assert!((43..=128).contains(&verifier.len()), "{verifier}");

            let unreserved = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
            assert!(verifier.chars().all(unreserved), "{verifier}");

            let digest = Sha512::digest(verifier);
            assert_eq!(challenge, BASE64_STANDARD.encode(digest));
            assert_eq!(challenge, base64::prelude::BASE64_URL_SAFE.encode(digest));
            assert_eq!((challenge.len(), challenge.ends_with("==")), (88, true));
        }
    }

    #[test]
    fn no_two_verifiers_are_the_same() {
        let drawn: std::collections::HashSet<String> =
            (0..100).map(|_| random().unwrap().expose_secret().to_owned()).collect();
        assert_eq!(drawn.len(), 100);
    }
}
