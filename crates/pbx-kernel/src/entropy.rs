/// A source of unpredictable bytes, handed in so that a seed can determine a whole run.
///
/// The binary passes the operating system's; tests pass a seeded generator.
pub trait Entropy: Send {
    /// Fills `bytes`.
    fn fill(&mut self, bytes: &mut [u8]);
}
