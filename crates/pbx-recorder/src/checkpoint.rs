use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer, SigningKey};

use crate::Hash;
use crate::note::{NoteSignature, ParsePublicKeyError, PublicKey, split_note};

/// What a signature over a trail says: whose trail, how many lines, which root. C2SP tlog-checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose trail, for example `understudy.example/north`; also the name of the key that signs it.
    pub origin: String,
    /// How many lines it covers.
    pub size: u64,
    /// The RFC 6962 root hash over them.
    pub root: Hash,
}

impl Checkpoint {
    /// Signs it under the name of its origin. Fails only where the origin cannot be a key's name.
    pub fn sign(&self, key: &SigningKey) -> Result<SignedCheckpoint, ParsePublicKeyError> {
        let public = PublicKey::new(self.origin.clone(), key.verifying_key())?;
        let body = self.body();
        let text = format!("{body}\n{}", public.signature_line(&key.sign(body.as_bytes())));
        SignedCheckpoint::parse(&text).map_err(|_| ParsePublicKeyError::Name)
    }

    fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root.as_bytes()))
    }

    /// Parses the three lines and no more: extension lines are legal, but nobody should use them and we do not.
    fn parse(body: &str) -> Option<Self> {
        let mut lines = body.strip_suffix('\n')?.split('\n');
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let bytes = STANDARD.decode(root).ok()?;
        let root = Hash::new(<[u8; Hash::BYTES]>::try_from(bytes).ok()?);
        let this = Self { origin: origin.to_owned(), size: size.parse().ok()?, root };
        // Written back it must be the same: no leading zero, no plus sign, no further line, no empty origin.
        (this.body() == body && !origin.is_empty()).then_some(this)
    }
}

/// A checkpoint with its signatures: the text that is stored, sent to a collector or printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    text: String,
    claim: Checkpoint,
    signatures: Vec<NoteSignature>,
}

impl SignedCheckpoint {
    /// Parses the text; says nothing about whether its signatures are good.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let (body, signatures) = split_note(text).ok_or(CheckpointError::Form)?;
        let claim = Checkpoint::parse(body).ok_or(CheckpointError::Form)?;
        Ok(Self { text: text.to_owned(), claim, signatures })
    }

    /// What it says, once `key` is known to have signed it for the origin that is the key's name.
    pub fn verify(&self, key: &PublicKey) -> Result<&Checkpoint, CheckpointError> {
        if self.claim.origin != key.name() {
            return Err(CheckpointError::Origin);
        }
        if key.has_signed(&self.claim.body(), &self.signatures) {
            Ok(&self.claim)
        } else {
            Err(CheckpointError::Signature)
        }
    }

    /// What it says, whoever signed it.
    pub fn claim(&self) -> &Checkpoint {
        &self.claim
    }

    /// The text, ready to be stored or sent.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Why a checkpoint proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// Not a signed checkpoint at all.
    #[error("it is not a signed checkpoint")]
    Form,
    /// Of another trail.
    #[error("it is of another trail")]
    Origin,
    /// Not signed with the public key, or changed since.
    #[error("the public key has not signed it, or it was changed since")]
    Signature,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn public(name: &str) -> PublicKey {
        PublicKey::new(name, key().verifying_key()).expect("a name")
    }

    fn checkpoint() -> Checkpoint {
        Checkpoint { origin: "understudy.example/north".to_owned(), size: 42, root: Hash::of_nothing() }
    }

    #[test]
    fn a_signed_checkpoint_has_the_form_of_the_standard() {
        let signed = checkpoint().sign(&key()).expect("a name");
        let lines: Vec<&str> = signed.as_str().split('\n').collect();
        assert_eq!(
            lines[..4],
            ["understudy.example/north", "42", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", ""]
        );
        assert!(lines[4].starts_with("\u{2014} understudy.example/north "));
        assert_eq!(lines[5..], [""]);
    }

    #[test]
    fn a_signed_checkpoint_verifies_under_its_key_and_origin_only() {
        let signed = checkpoint().sign(&key()).expect("a name");
        let parsed = SignedCheckpoint::parse(signed.as_str()).expect("a checkpoint");
        assert_eq!(parsed.verify(&public("understudy.example/north")), Ok(&checkpoint()));
        assert_eq!(parsed.verify(&public("understudy.example/south")), Err(CheckpointError::Origin));
        let other = SigningKey::from_bytes(&[8; 32]).verifying_key();
        let other = PublicKey::new("understudy.example/north", other).expect("a name");
        assert_eq!(parsed.verify(&other), Err(CheckpointError::Signature));
    }

    #[test]
    fn no_changed_byte_of_a_checkpoint_is_believed() {
        let signed = checkpoint().sign(&key()).expect("a name");
        let key = public("understudy.example/north");
        for index in 0..signed.as_str().len() {
            for bit in 0..8 {
                let mut bytes = signed.as_str().as_bytes().to_vec();
                bytes[index] ^= 1 << bit;
                let Ok(text) = String::from_utf8(bytes) else { continue };
                let verdict = SignedCheckpoint::parse(&text).and_then(|it| it.verify(&key).cloned());
                assert!(verdict.is_err(), "byte {index}, bit {bit}");
            }
        }
    }

    #[test]
    fn a_witness_may_add_its_signature() {
        let signed = checkpoint().sign(&key()).expect("a name");
        let text = format!("{signed}\u{2014} witness.example/w1 {}\n", STANDARD.encode([4; 76]));
        let parsed = SignedCheckpoint::parse(&text).expect("a checkpoint");
        assert!(parsed.verify(&public("understudy.example/north")).is_ok());
    }

    #[test]
    fn a_checkpoint_is_three_lines_written_one_way() {
        let body = checkpoint().body();
        assert_eq!(Checkpoint::parse(&body), Some(checkpoint()));
        let extended = format!("{body}extension\n");
        for bad in [
            &body.replace("42", "042"),
            &body.replace("42", "+42"),
            &body.replace("42", "x"),
            &extended,
            "\n0\n\n",
        ] {
            assert_eq!(Checkpoint::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn an_origin_that_no_key_can_have_is_not_signed() {
        let spaced = Checkpoint { origin: "a b".to_owned(), ..checkpoint() };
        assert_eq!(spaced.sign(&key()), Err(ParsePublicKeyError::Name));
    }
}
