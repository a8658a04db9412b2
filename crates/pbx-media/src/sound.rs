use std::time::Duration;

use crate::check::{Fault, Limits, check};
use crate::wav::samples;

/// What one hears of a sound without listening: enough to tell speech from noise and from silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sound {
    /// How long it is.
    pub duration: Duration,
    /// The loudest sample, 0 to 32,768.
    pub peak: u16,
    /// The root of the mean square of the samples, 0 to 32,768.
    pub rms: u16,
    /// How many of a thousand neighbours differ in sign. White noise has 500; a voice far fewer.
    pub crossings_permille: u16,
    /// How many of a thousand stretches of 20 ms are quiet beside the loudest sample. Speech has pauses.
    pub quiet_permille: u16,
}

impl Sound {
    /// Measures a WAV file; one beyond `limits` is refused.
    pub fn of(file: &[u8], limits: &Limits) -> Result<Self, Fault> {
        let (facts, samples) = (check(file, limits)?, samples(file, limits)?);
        let stretch = facts.sample_rate_hz as usize / 50 * usize::from(facts.channels);
        Ok(Self { duration: facts.duration(), ..Self::measure(&samples, stretch) })
    }

    /// Is it louder than silence, slower than noise, and has it pauses? Ciphertext played as sound is not.
    pub fn is_like_speech(&self) -> bool {
        self.peak >= PEAK_MIN
            && self.crossings_permille <= CROSSINGS_PERMILLE_MAX
            && (QUIET_PERMILLE_MIN..=QUIET_PERMILLE_MAX).contains(&self.quiet_permille)
    }

    fn measure(samples: &[i16], stretch: usize) -> Self {
        let peak = samples.iter().map(|it| it.unsigned_abs()).max().unwrap_or(0);
        let crossings = samples.windows(2).filter(|it| (it[0] < 0) != (it[1] < 0)).count();
        let stretches = samples.chunks(stretch.max(1));
        let count = stretches.len();
        let quiet = stretches.filter(|it| rms(it) <= peak / QUIET_PART).count();
        Self {
            duration: Duration::ZERO,
            peak,
            rms: rms(samples),
            crossings_permille: permille(crossings, samples.len().saturating_sub(1)),
            quiet_permille: permille(quiet, count),
        }
    }
}

fn rms(samples: &[i16]) -> u16 {
    let square = |it: &i16| u64::from(it.unsigned_abs()).pow(2);
    let mean = samples.iter().map(square).sum::<u64>().checked_div(samples.len() as u64).unwrap_or(0);
    // At most the loudest sample, which fits.
    u16::try_from(mean.isqrt()).unwrap_or(u16::MAX)
}

fn permille(part: usize, whole: usize) -> u16 {
    (part * 1_000).checked_div(whole).and_then(|it| u16::try_from(it).ok()).unwrap_or(0)
}

/// A stretch is quiet where its mean is below this part of the loudest sample.
const QUIET_PART: u16 = 32;

/// Softer than this is silence: a hundredth of the range.
const PEAK_MIN: u16 = 327;

/// Above this it hisses.
const CROSSINGS_PERMILLE_MAX: u16 = 300;

/// Less pause than this no speaker makes.
const QUIET_PERMILLE_MIN: u16 = 20;

/// More pause than this is no speech.
const QUIET_PERMILLE_MAX: u16 = 900;

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};

    use super::*;
    use crate::speech::synthesize;
    use crate::wav::{Codec, wav};

    fn heard(samples: &[i16], codec: Codec) -> Sound {
        Sound::of(&wav(samples, codec).expect("short"), &Limits::default()).expect("a WAV file")
    }

    #[test]
    fn what_is_synthesised_is_like_speech_in_either_codec() {
        for seed in 0..50 {
            for codec in [Codec::Pcm16, Codec::Mulaw] {
                let sound = heard(&synthesize(seed, 4), codec);
                assert!(sound.is_like_speech(), "{seed}, {codec:?}: {sound:?}");
                assert_eq!(sound.duration, Duration::from_secs(4));
            }
        }
    }

    #[test]
    fn ciphertext_and_silence_are_not_like_speech() {
        let mut noise = vec![0; 2 * 8_000];
        for seed in 0..50 {
            ChaCha8Rng::seed_from_u64(seed).fill_bytes(&mut noise);
            let wide: Vec<i16> = noise.as_chunks().0.iter().map(|it| i16::from_le_bytes(*it)).collect();
            let narrow: Vec<i16> = noise.iter().map(|it| crate::mulaw::decode(*it)).collect();
            for samples in [wide, narrow] {
                let sound = heard(&samples, Codec::Pcm16);
                assert!(!sound.is_like_speech(), "{seed}: {sound:?}");
            }
        }
        assert!(!heard(&[0; 8_000], Codec::Pcm16).is_like_speech());
        assert!(!heard(&[], Codec::Pcm16).is_like_speech());
    }

    #[test]
    fn a_square_wave_has_its_peak_as_its_mean() {
        let square: Vec<i16> = (0..800).map(|it| if it % 100 < 50 { 1_000 } else { -1_000 }).collect();
        let sound = heard(&square, Codec::Pcm16);
        assert_eq!(
            (sound.peak, sound.rms, sound.crossings_permille, sound.quiet_permille),
            (1_000, 1_000, 18, 0)
        );
        assert_eq!(heard(&[i16::MIN; 80], Codec::Pcm16).rms, 32_768);
    }
}
