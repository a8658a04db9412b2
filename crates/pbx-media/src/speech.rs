use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::wav::SAMPLE_RATE_HZ;

/// The longest sound that is synthesised, in seconds; a longer wish gives this much.
pub const SECONDS_MAX: u32 = 600;

/// Sound shaped like speech: phrases of syllables with pauses between them, spoken by a voice of its own per seed.
///
/// A syllable is a short breath of noise, then a few harmonics of a tone that glides, swelling and fading. Nobody
/// says anything; a person and [`Sound`](crate::Sound) hear speech, and an equaliser shows a voice.
///
/// Samples are at [`SAMPLE_RATE_HZ`]. Only whole numbers are used, so a seed gives the same sound on every machine.
pub fn synthesize(seed: u64, seconds: u32) -> Vec<i16> {
    let length = seconds.min(SECONDS_MAX) as usize * SAMPLE_RATE_HZ as usize;
    let mut sound = Vec::with_capacity(length);
    let mut voice = Voice::new(seed);
    while sound.len() < length {
        let syllables = voice.between(3, 9);
        for _ in 0..syllables {
            voice.syllable(&mut sound);
        }
        let pause = voice.between(millis(200), millis(700));
        sound.resize(sound.len() + pause as usize, 0);
    }
    sound.truncate(length);
    sound
}

/// Somebody who speaks.
struct Voice {
    rng: ChaCha8Rng,
    /// The middle of the voice, in hertz.
    pitch_hz: u32,
    /// Where in its period the tone is; 2^32 is a whole one.
    phase: u32,
}

impl Voice {
    fn new(seed: u64) -> Self {
        let mut this = Self { rng: ChaCha8Rng::seed_from_u64(seed), pitch_hz: 0, phase: 0 };
        this.pitch_hz = this.between(95, 230);
        this
    }

    /// A number from `low` to below `high`. That some are likelier by a billionth is nothing one can hear.
    fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.rng.next_u32() % (high - low)
    }

    fn syllable(&mut self, sound: &mut Vec<i16>) {
        if self.between(0, 3) > 0 {
            self.breath(sound);
        }
        let length = self.between(millis(110), millis(280));
        let (from, to) = (self.pitch(), self.pitch());
        let peak = self.between(9_000, 20_000).cast_signed();
        let colour = [8, self.between(2, 8), self.between(1, 6), self.between(0, 4)].map(u32::cast_signed);
        for at in 0..length {
            let pitch_hz = (from * (length - at) + to * at) / length;
            self.phase = self.phase.wrapping_add(pitch_hz * (u32::MAX / SAMPLE_RATE_HZ));
            let harmonics = colour.iter().zip(1_u32..);
            let tone: i32 = harmonics.map(|(share, nth)| share * sine(self.phase.wrapping_mul(nth))).sum();
            let tone = tone / colour.iter().sum::<i32>();
            sound.push(sample(scale(scale(tone, arch(at, length)), peak)));
        }
    }

    /// Soft noise, as before a vowel.
    fn breath(&mut self, sound: &mut Vec<i16>) {
        let length = self.between(millis(15), millis(45));
        for at in 0..length {
            let noise = self.rng.next_u32().cast_signed() >> 16;
            sound.push(sample(scale(scale(noise, arch(at, length)), BREATH_PEAK)));
        }
    }

    /// A pitch within a fifth of the middle of the voice.
    fn pitch(&mut self) -> u32 {
        self.between(self.pitch_hz * 4 / 5, self.pitch_hz * 6 / 5)
    }
}

/// An arch from 0 over 2^15 back to 0, at `at` of `length`: how a syllable swells and fades.
fn arch(at: u32, length: u32) -> i32 {
    parabola((at * 0x8000 / length).cast_signed())
}

/// Nearly a sine, from -2^15 to 2^15: two parabolas, off by less than six parts in a hundred.
fn sine(phase: u32) -> i32 {
    let half = parabola((phase >> 16 & 0x7FFF).cast_signed());
    if phase >> 31 == 0 { half } else { -half }
}

/// 4x(1-x) for x in 0..=1, both as parts of 2^15.
fn parabola(x: i32) -> i32 {
    (x * (0x8000 - x)) >> 13
}

/// `value` times `part` of 2^15; neither is more than 2^15.
fn scale(value: i32, part: i32) -> i32 {
    (value * part) >> 15
}

/// A sample that is no louder than a peak, so it fits.
fn sample(value: i32) -> i16 {
    i16::try_from(value).unwrap_or(i16::MAX)
}

/// How many samples that many milliseconds are.
const fn millis(millis: u32) -> u32 {
    SAMPLE_RATE_HZ / 1_000 * millis
}

/// How loud a breath is at most; a vowel has five to ten times as much.
const BREATH_PEAK: i32 = 2_000;

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn a_seed_gives_the_same_sound_on_every_machine() {
        let bytes: Vec<u8> = synthesize(7, 3).iter().flat_map(|it| it.to_le_bytes()).collect();
        let digest = hex::encode(Sha256::digest(bytes));
        assert_eq!(digest, "c8250fe0cdedd696ca3a91a7256e14fea30befa6600b82d2a9abbe53a41889d1");
    }

    #[test]
    fn a_sound_is_as_long_as_asked_and_bounded() {
        assert_eq!(synthesize(1, 0), []);
        assert_eq!(synthesize(1, 2).len(), 16_000);
        assert_eq!(synthesize(1, u32::MAX).len(), 600 * 8_000);
    }

    #[test]
    fn a_longer_sound_begins_with_the_shorter_one_and_seeds_differ() {
        let (short, long) = (synthesize(4, 1), synthesize(4, 2));
        assert_eq!(short, long[..8_000]);
        assert_ne!(short, synthesize(5, 1));
    }
}
