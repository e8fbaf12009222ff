//! Generates ids in the formats of the API. A farm with the same configuration gets the same ids.

use sha2::{Digest as _, Sha512};

/// The alphabet of URL-safe base64.
const BASE64_URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A generator of ids.
#[derive(Debug, Default)]
pub struct Ids {
    count: u64,
}

impl Ids {
    /// A new secret id of 44 characters.
    pub fn secret(&mut self) -> String {
        let hash = self.next_hash();
        let characters = hash.iter().take(44).map(|byte| BASE64_URL[usize::from(byte % 64)]);
        characters.map(char::from).collect()
    }

    /// A new UUID, in lower case.
    pub fn uuid(&mut self) -> String {
        let mut hex = self.hex(32);
        // Version 4, variant 1.
        hex.replace_range(12..13, "4");
        hex.replace_range(16..17, "a");

        let groups = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
        groups.join("-")
    }

    /// New hexadecimal digits, 128 at most.
    pub fn hex(&mut self, digits: usize) -> String {
        let mut hex: String = self.next_hash().iter().map(|byte| format!("{byte:02x}")).collect();
        hex.truncate(digits);
        hex
    }

    fn next_hash(&mut self) -> [u8; 64] {
        self.count += 1;
        Sha512::digest(self.count.to_be_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_format_of_the_api_and_are_unique() {
        let mut ids = Ids::default();
        let (first, second) = (ids.secret(), ids.secret());
        assert_eq!((first.len(), second.len()), (44, 44));
        assert_ne!(first, second);

        let (first, second) = (ids.uuid(), ids.uuid());
        let lengths: Vec<_> = first.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert_ne!(first, second);

        assert_eq!(ids.hex(20).len(), 20);
    }
}
