//! Proof Key for Code Exchange (RFC 7636), with this service's own challenge method.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha512};

use crate::error::{ConfigurationError, Error};

/// The challenge method of this service, which is not in the RFC: the SHA-512 of the verifier, in
/// base64 with padding.
pub(super) const METHOD: &str = "S512";

/// Generates 32 random bytes and encodes them as 43 characters that are valid in a URL.
pub(super) fn random_text() -> Result<SecretString, Error> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(bytes.as_mut()).map_err(|error| {
        ConfigurationError::new(format!("the system provides no random numbers: {error}"))
    })?;

    Ok(BASE64_URL_SAFE_NO_PAD.encode(*bytes).into())
}

/// Generates a code verifier and its challenge.
///
/// The vendor's own programs differ in the last two characters of the base64 alphabet: some use `+` and
/// `/`, others `_` and `-`. A challenge without these characters is the same in both alphabets. This
/// generates verifiers until one has such a challenge, which takes about 15 attempts.
pub(super) fn verifier_and_challenge() -> Result<(SecretString, String), Error> {
    loop {
        let verifier = random_text()?;
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
    fn challenge_is_the_same_in_both_base64_alphabets() {
        for _ in 0..20 {
            let (verifier, challenge) = verifier_and_challenge().unwrap();
            let verifier = verifier.expose_secret();
            assert!((43..=128).contains(&verifier.len()), "{verifier}");

            let is_unreserved = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
            assert!(verifier.chars().all(is_unreserved), "{verifier}");

            let digest = Sha512::digest(verifier);
            assert_eq!(challenge, BASE64_STANDARD.encode(digest));
            assert_eq!(challenge, base64::prelude::BASE64_URL_SAFE.encode(digest));
            assert_eq!((challenge.len(), challenge.ends_with("==")), (88, true));
        }
    }

    #[test]
    fn random_texts_are_different() {
        let texts: std::collections::HashSet<String> =
            (0..100).map(|_| random_text().unwrap().expose_secret().to_owned()).collect();
        assert_eq!(texts.len(), 100);
    }
}
