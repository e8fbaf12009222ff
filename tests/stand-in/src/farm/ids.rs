//! Ids in the forms of the API, the same ones each time a farm is built alike.

use sha2::{Digest as _, Sha512};

/// The letters of base64 for URLs.
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A source of ids.
#[derive(Debug, Default)]
pub struct Ids {
    given: u64,
}

impl Ids {
    /// A new secret id: 44 letters.
    pub fn secret(&mut self) -> String {
        let hash = self.next();
        let letters = hash.iter().take(44).map(|byte| LETTERS[usize::from(byte % 64)]);
        letters.map(char::from).collect()
    }

    /// A new UUID, in small letters.
    pub fn uuid(&mut self) -> String {
        let mut hex = self.hex(32);
        // Version 4, variant 1.
        hex.replace_range(12..13, "4");
        hex.replace_range(16..17, "a");

        let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
        parts.join("-")
    }

    /// So many new hexadecimal digits, 128 at most.
    pub fn hex(&mut self, digits: usize) -> String {
        let mut hex: String = self.next().iter().map(|byte| format!("{byte:02x}")).collect();
        hex.truncate(digits);
        hex
    }

    fn next(&mut self) -> [u8; 64] {
        self.given += 1;
        Sha512::digest(self.given.to_be_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_of_their_form_and_never_the_same() {
        let mut ids = Ids::default();
        let (one, two) = (ids.secret(), ids.secret());
        assert_eq!((one.len(), two.len()), (44, 44));
        assert_ne!(one, two);

        let (one, two) = (ids.uuid(), ids.uuid());
        let lengths: Vec<_> = one.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert_ne!(one, two);
        assert_eq!(ids.hex(20).len(), 20);
    }
}
