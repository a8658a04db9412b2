use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};

/// Whose signature a note bears: a name and an Ed25519 public key, as C2SP signed-note has them.
///
/// The text form, `<name>+<key id>+<base64>`, is what the Go tools call a verifier key. Publish it where readers
/// of a trail find it and whoever can change the trail cannot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    name: String,
    key: VerifyingKey,
}

impl PublicKey {
    /// The key that signs under `name`: 1 to 255 bytes without `+`, spaces and
    /// control characters.
    pub fn new(name: impl Into<String>, key: VerifyingKey) -> Result<Self, ParsePublicKeyError> {
        let name = name.into();
        if is_name(&name) { Ok(Self { name, key }) } else { Err(ParsePublicKeyError::Name) }
    }

    /// Parses the text form.
    pub fn parse(text: &str) -> Result<Self, ParsePublicKeyError> {
        let mut parts = text.trim_end_matches('\n').splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(ParsePublicKeyError::Form);
        };
        let bytes = STANDARD.decode(key).map_err(|_| ParsePublicKeyError::Form)?;
        let Ok([ED25519, key @ ..]) = <[u8; 33]>::try_from(bytes) else {
            return Err(ParsePublicKeyError::Kind);
        };
        let key = VerifyingKey::from_bytes(&key).map_err(|_| ParsePublicKeyError::Kind)?;
        let this = Self::new(name, key)?;
        if hex::encode(this.id()) == id { Ok(this) } else { Err(ParsePublicKeyError::Id) }
    }

    /// The name it signs under; for a trail, the origin of its checkpoints.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of SHA-256(name || 0x0A || 0x01 || key), by which signatures say whose they are.
    pub(crate) fn id(&self) -> [u8; KEY_ID_BYTES] {
        let name = self.name.as_bytes();
        let digest =
            Sha256::new().chain_update(name).chain_update([b'\n', ED25519]).chain_update(self.key.as_bytes());
        let mut id = [0; KEY_ID_BYTES];
        id.copy_from_slice(&digest.finalize()[..KEY_ID_BYTES]);
        id
    }

    /// The line with `signature` that ends a note.
    pub(crate) fn signature_line(&self, signature: &Signature) -> String {
        let blob = [self.id().as_slice(), &signature.to_bytes()].concat();
        format!("{DASH} {} {}\n", self.name, STANDARD.encode(blob))
    }

    /// Whether the note that says `body` is signed by this key. Other keys' signatures do not matter.
    pub(crate) fn has_signed(&self, body: &str, signatures: &[NoteSignature]) -> bool {
        let id = self.id();
        let ours = |it: &&NoteSignature| it.name == self.name && it.blob.first_chunk() == Some(&id);
        signatures.iter().filter(ours).any(|it| {
            let signature = it.blob.get(KEY_ID_BYTES..).and_then(|it| Signature::from_slice(it).ok());
            signature.is_some_and(|it| self.key.verify_strict(body.as_bytes(), &it).is_ok())
        })
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let blob = [&[ED25519], self.key.as_bytes().as_slice()].concat();
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id()), STANDARD.encode(blob))
    }
}

/// Why a text is not a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParsePublicKeyError {
    /// Not three parts with base64 at the end.
    #[error("a public key is written <name>+<key id>+<base64>")]
    Form,
    /// The name is empty, too long, or has a `+`, a space or a control character.
    #[error("the name of a public key is 1 to 255 bytes without plus signs, spaces and control characters")]
    Name,
    /// Not an Ed25519 key.
    #[error("the public key is not an Ed25519 key")]
    Kind,
    /// The id belongs to another name or key: a slip of copying.
    #[error("the key id does not belong to this name and key; copy the public key again")]
    Id,
}

/// One signature line of a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoteSignature {
    name: String,
    blob: Vec<u8>,
}

/// Splits a note into what is signed (with its last newline) and the signatures, as C2SP signed-note says.
pub(crate) fn split_note(text: &str) -> Option<(&str, Vec<NoteSignature>)> {
    if text.len() > NOTE_BYTES_MAX || text.chars().any(|it| it.is_control() && it != '\n') {
        return None;
    }
    let (body, lines) = text.rsplit_once("\n\n")?;
    let body = &text[..=body.len()];
    let signatures: Option<Vec<NoteSignature>> =
        lines.strip_suffix('\n')?.split('\n').take(SIGNATURES_MAX + 1).map(parse_signature).collect();
    let signatures = signatures.filter(|it| it.len() <= SIGNATURES_MAX)?;
    Some((body, signatures))
}

fn parse_signature(line: &str) -> Option<NoteSignature> {
    let (name, blob) = line.strip_prefix(DASH)?.strip_prefix(' ')?.split_once(' ')?;
    let blob = STANDARD.decode(blob).ok()?;
    (is_name(name) && blob.len() > KEY_ID_BYTES).then(|| NoteSignature { name: name.to_owned(), blob })
}

fn is_name(name: &str) -> bool {
    let forbidden = |it: char| it == '+' || it.is_whitespace() || it.is_control();
    (1..=NAME_BYTES_MAX).contains(&name.len()) && !name.chars().any(forbidden)
}

/// The signature type of Ed25519 in C2SP signed-note.
const ED25519: u8 = 0x01;
/// What a signature line begins with.
const DASH: char = '\u{2014}';
/// The longest name of a key: a host name and as much again.
const NAME_BYTES_MAX: usize = 255;
/// The longest note: ours are 300 bytes, witnesses may add theirs.
const NOTE_BYTES_MAX: usize = 16_384;
/// The most signatures that a note may bear; the Go library has the same limit.
const SIGNATURES_MAX: usize = 100;
const KEY_ID_BYTES: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Go package `golang.org/x/mod/sumdb/note`.
    const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n\n\
        \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    #[test]
    fn a_note_of_the_go_library_verifies() {
        let key = PublicKey::parse(KEY).expect("a key");
        let (body, signatures) = split_note(NOTE).expect("a note");
        assert!(key.has_signed(body, &signatures));
        assert!(!key.has_signed(&body.replace("know", "show"), &signatures));
    }

    #[test]
    fn a_public_key_prints_what_it_parses() {
        assert_eq!(PublicKey::parse(KEY).expect("a key").to_string(), KEY);
        assert_eq!(PublicKey::parse(&format!("{KEY}\n")).expect("a key").to_string(), KEY);
    }

    #[test]
    fn a_public_key_with_a_slip_is_refused() {
        for (bad, why) in [
            ("", ParsePublicKeyError::Form),
            ("PeterNeumann+c74f20a3", ParsePublicKeyError::Form),
            ("PeterNeumann+c74f20a3+?", ParsePublicKeyError::Form),
            ("PeterNeumann+c74f20a3+AQ==", ParsePublicKeyError::Kind),
            (&KEY.replace("+AR", "+AB"), ParsePublicKeyError::Id),
            (&KEY.replace("+AR", "+BR"), ParsePublicKeyError::Kind),
            (&KEY.replace("c74f", "c74e"), ParsePublicKeyError::Id),
            (&KEY.replace("Peter", "Petra"), ParsePublicKeyError::Id),
            (&KEY.replace("Peter", "Peter "), ParsePublicKeyError::Name),
        ] {
            let result = PublicKey::parse(bad);
            // A changed key byte may also leave the curve.
            assert!(result == Err(why) || result == Err(ParsePublicKeyError::Kind), "{bad}: {result:?}");
        }
    }

    #[test]
    fn a_broken_note_is_refused() {
        for bad in [
            "",
            "\n",
            "text\n",
            "text\n\n",
            "text\n\n\n",
            "text\n\n\u{2014} name\n",
            "text\n\n- name AAAAAAA=\n",
        ] {
            assert_eq!(split_note(bad), None, "{bad:?}");
        }
        assert_eq!(split_note(&NOTE[..NOTE.len() - 1]), None, "without the last newline");
        assert_eq!(split_note(&NOTE.replace("you", "\ryou")), None, "with a control character");
        let many = |count| format!("text\n\n{}", "\u{2014} name AAAAAAA=\n".repeat(count));
        assert!(split_note(&many(SIGNATURES_MAX)).is_some());
        assert_eq!(split_note(&many(SIGNATURES_MAX + 1)), None);
    }
}
