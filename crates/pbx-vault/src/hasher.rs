use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use pbx_kernel::{Secret, Verifier};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// What one password costs to hash, and so to guess: argon2id, RFC 9106.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashCost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl HashCost {
    /// 19 MiB, two passes, one lane: the least that OWASP's password storage cheat sheet recommends.
    /// Some 10 ms of one core per login.
    pub const fn recommended() -> Self {
        Self { memory_kib: 19 * 1_024, passes: 2, lanes: 1 }
    }

    /// 64 KiB, one pass: some 50 µs, no protection worth the name.
    ///
    /// Only for scenarios whose passwords are printed in the documentation anyway: test suites and classrooms.
    pub const fn low() -> Self {
        Self { memory_kib: 64, passes: 1, lanes: 1 }
    }

    /// Any other cost within the limits: 8 KiB per lane to [`HashCost::MEMORY_KIB_MAX`], passes and lanes from 1.
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, InvalidCost> {
        let memory = lanes.saturating_mul(Params::MIN_M_COST)..=Self::MEMORY_KIB_MAX;
        let sound = (1..=Self::LANES_MAX).contains(&lanes)
            && (1..=Self::PASSES_MAX).contains(&passes)
            && memory.contains(&memory_kib);
        if sound { Ok(Self { memory_kib, passes, lanes }) } else { Err(InvalidCost) }
    }

    /// The most memory, in KiB: six times what is recommended, so that a forged verifier cannot starve the machine.
    pub const MEMORY_KIB_MAX: u32 = 128 * 1_024;
    /// The most passes over the memory.
    pub const PASSES_MAX: u32 = 16;
    /// The most lanes; they are computed one after the other.
    pub const LANES_MAX: u32 = 4;

    #[expect(
        clippy::expect_used,
        reason = "every cost was checked when it was made; argon2 accepts more than we do"
    )]
    fn argon2(self, output_bytes: usize) -> Argon2<'static> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(output_bytes));
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params.expect("a cost within argon2's limits"))
    }

    fn phc(self, salt: &[u8], output: &[u8]) -> Verifier {
        let Self { memory_kib, passes, lanes } = self;
        let (salt, output) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(output));
        Verifier::new(format!("$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${salt}${output}"))
    }
}

/// The cost is outside the limits that [`HashCost::new`] names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a hash cost is at least 8 KiB per lane and at most {} KiB, 1 to {} passes, 1 to {} lanes",
    HashCost::MEMORY_KIB_MAX,
    HashCost::PASSES_MAX,
    HashCost::LANES_MAX
)]
pub struct InvalidCost;

/// The verifier for accounts that do not exist: it costs what a real one costs and no password fits it.
pub fn dummy_verifier(cost: HashCost) -> Verifier {
    cost.phc(b"understudy-dummy", &[0; OUTPUT_BYTES])
}

/// One worker's argon2id with its memory, which is used again for every password.
///
/// Allocating 19 MiB for each login costs as much as a tenth of the hash and, worse, leaves the allocator holding
/// hundreds of MiB. The memory is wiped when the hasher is dropped, not between passwords: what it holds in
/// between takes less work to guess from than the verifier does, but is in no file and no message.
pub struct Hasher {
    cost: HashCost,
    memory: Vec<Block>,
}

impl Hasher {
    /// A hasher that makes verifiers of `cost`. Takes the memory at once.
    pub fn new(cost: HashCost) -> Self {
        let blocks = cost.argon2(OUTPUT_BYTES).params().block_count();
        Self { cost, memory: vec![Block::new(); blocks] }
    }

    /// What its verifiers cost.
    pub const fn cost(&self) -> HashCost {
        self.cost
    }

    /// The verifier of `password`.
    pub fn hash(&mut self, password: &Secret, salt: [u8; 16]) -> Verifier {
        let mut output = [0; OUTPUT_BYTES];
        compute(&self.cost.argon2(OUTPUT_BYTES), password, &salt, &mut output, &mut self.memory);
        let verifier = self.cost.phc(&salt, &output);
        output.zeroize();
        verifier
    }

    /// Whether `password` is the one that `verifier` was made from.
    ///
    /// A verifier that cannot be read, is not argon2id or costs more than the limits allow fits no password, and
    /// to say so takes as long as a verifier of this hasher's cost.
    pub fn verify(&mut self, password: &Secret, verifier: &Verifier) -> bool {
        let Some(Parsed { cost, salt, expected }) = Parsed::of(verifier) else {
            self.hash(password, [0; 16]);
            return false;
        };
        let argon2 = cost.argon2(expected.len());
        let blocks = argon2.params().block_count();
        let mut output = vec![0; expected.len()];
        if blocks <= self.memory.len() {
            compute(&argon2, password, &salt, &mut output, &mut self.memory);
        } else {
            let mut memory = vec![Block::new(); blocks];
            compute(&argon2, password, &salt, &mut output, &mut memory);
            memory.zeroize();
        }
        let fits = output.ct_eq(&expected).into();
        output.zeroize();
        fits
    }

    /// Whether `verifier` costs something else than this hasher's, so that the next login should renew it.
    pub fn is_outdated(&self, verifier: &Verifier) -> bool {
        Parsed::of(verifier).is_none_or(|it| it.cost != self.cost)
    }
}

impl Drop for Hasher {
    fn drop(&mut self) {
        self.memory.zeroize();
    }
}

/// A verifier within the limits.
struct Parsed {
    cost: HashCost,
    salt: Vec<u8>,
    expected: Vec<u8>,
}

impl Parsed {
    fn of(verifier: &Verifier) -> Option<Self> {
        let phc = PasswordHash::new(verifier.as_phc()).ok()?;
        if phc.algorithm != argon2::ARGON2ID_IDENT || phc.version != Some(Version::V0x13.into()) {
            return None;
        }
        // Parameters that we never write would change the hash.
        if phc.params.iter().any(|(name, _)| !matches!(name.as_str(), "m" | "t" | "p")) {
            return None;
        }
        let params = Params::try_from(&phc).ok()?;
        let cost = HashCost::new(params.m_cost(), params.t_cost(), params.p_cost()).ok()?;
        let (salt, expected) = (phc.salt?.as_ref().to_vec(), phc.hash?.as_bytes().to_vec());
        let sound = salt.len() >= argon2::MIN_SALT_LEN && expected.len() >= OUTPUT_BYTES_MIN;
        sound.then_some(Self { cost, salt, expected })
    }
}

#[expect(
    clippy::expect_used,
    reason = "argon2 refuses only lengths that were checked and passwords of 4 GiB"
)]
fn compute(argon2: &Argon2<'_>, password: &Secret, salt: &[u8], output: &mut [u8], memory: &mut [Block]) {
    let password = password.expose_secret().as_bytes();
    argon2
        .hash_password_into_with_memory(password, salt, output, memory)
        .expect("lengths that argon2 accepts");
}

/// How long our verifiers' hashes are.
const OUTPUT_BYTES: usize = 32;
/// The shortest hash that is believed: fewer bytes could be hit by chance.
const OUTPUT_BYTES_MIN: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn hasher() -> Hasher {
        Hasher::new(HashCost::low())
    }

    fn secret(text: &str) -> Secret {
        Secret::new(text)
    }

    #[test]
    fn only_the_right_password_verifies() {
        let mut hasher = hasher();
        let verifier = hasher.hash(&secret("changeit"), [1; 16]);
        assert!(hasher.verify(&secret("changeit"), &verifier));
        for wrong in ["", "changeit ", "Changeit", "changei"] {
            assert!(!hasher.verify(&secret(wrong), &verifier), "{wrong:?}");
        }
    }

    #[test]
    fn a_verifier_is_a_phc_string() {
        let verifier = hasher().hash(&secret("changeit"), *b"0123456789abcdef");
        let phc = verifier.as_phc();
        assert!(phc.starts_with("$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$"), "{phc}");
        assert!(PasswordHash::new(phc).is_ok());
    }

    #[test]
    fn a_verifier_of_the_reference_implementation_verifies() {
        // From the tests of the argon2 reference implementation (256 KiB, two passes).
        let known = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        assert!(hasher().verify(&secret("password"), &Verifier::new(known)));
        assert!(!hasher().verify(&secret("passwort"), &Verifier::new(known)));
    }

    #[test]
    fn the_salt_makes_equal_passwords_differ() {
        let mut hasher = hasher();
        assert_ne!(hasher.hash(&secret("a"), [1; 16]), hasher.hash(&secret("a"), [2; 16]));
    }

    #[test]
    fn verifiers_of_another_cost_verify_and_are_outdated() {
        for (memory_kib, passes, lanes) in [(8, 1, 1), (64, 2, 1), (256, 1, 2)] {
            let other = HashCost::new(memory_kib, passes, lanes).expect("within limits");
            let verifier = Hasher::new(other).hash(&secret("a"), [1; 16]);
            let mut hasher = hasher();
            assert!(hasher.verify(&secret("a"), &verifier) && !hasher.verify(&secret("b"), &verifier));
            assert!(hasher.is_outdated(&verifier));
        }
        let verifier = hasher().hash(&secret("a"), [1; 16]);
        assert!(!hasher().is_outdated(&verifier));
    }

    #[test]
    fn memory_that_was_used_changes_nothing() {
        let mut used = hasher();
        used.hash(&secret("before"), [9; 16]);
        assert_eq!(used.hash(&secret("a"), [1; 16]), hasher().hash(&secret("a"), [1; 16]));
    }

    #[test]
    fn no_password_fits_the_dummy() {
        let mut hasher = hasher();
        let dummy = dummy_verifier(HashCost::low());
        assert!(
            Parsed::of(&dummy).is_some_and(|it| it.cost == HashCost::low()),
            "it must cost what a real one costs"
        );
        for password in ["", "changeit", "understudy-dummy"] {
            assert!(!hasher.verify(&secret(password), &dummy));
        }
    }

    #[test]
    fn what_is_no_verifier_fits_nothing() {
        let good = hasher().hash(&secret("a"), [1; 16]);
        let good = good.as_phc();
        for bad in [
            "",
            "a",
            "$argon2id$",
            "$2b$10$abcdefghijklmnopqrstuu",
            &good.replace("argon2id", "argon2i"),
            &good.replace("v=19", "v=16"),
            &good.replace("v=19$", ""),
            &good.replace("m=64", "m=4294967295"),
            &good.replace("m=64", "m=131073"),
            &good.replace("t=1", "t=17"),
            &good.replace("p=1", "p=5"),
            &good.replace("p=1", "p=1,keyid=AAAA"),
            &good[..good.rfind('$').unwrap_or(0)],
            &good[..good.len() - 30],
        ] {
            let verifier = Verifier::new(bad);
            assert!(!hasher().verify(&secret("a"), &verifier), "{bad}");
            assert!(hasher().is_outdated(&verifier), "{bad}");
        }
    }

    #[test]
    fn costs_have_limits_on_both_sides() {
        let max = HashCost::MEMORY_KIB_MAX;
        for good in [(8, 1, 1), (max, 16, 4), (32, 1, 4)] {
            assert!(HashCost::new(good.0, good.1, good.2).is_ok(), "{good:?}");
        }
        for bad in [(7, 1, 1), (max + 1, 1, 1), (31, 1, 4), (64, 0, 1), (64, 17, 1), (64, 1, 0), (64, 1, 5)] {
            assert_eq!(HashCost::new(bad.0, bad.1, bad.2), Err(InvalidCost), "{bad:?}");
        }
        let recommended = HashCost::recommended();
        assert_eq!(HashCost::new(19_456, 2, 1), Ok(recommended));
    }
}
