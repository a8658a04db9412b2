//! Random operators, intruders, time jumps, full disks and restarts: the invariants hold after every step, and the
//! seed determines every byte of the trail.

mod model;

use model::Simulation;

#[test]
fn a_seed_determines_the_whole_run() {
    for seed in 0..2 {
        let trail = run(seed, 150);
        assert_eq!(run(seed, 150), trail, "seed {seed}");
        assert_ne!(run(seed + 1, 150), trail, "seed {seed}");
    }
}

#[test]
fn invariants_hold_over_two_thousand_steps() {
    run(4_711, 2_000);
}

/// The trail after `steps` random steps.
fn run(seed: u64, steps: usize) -> Vec<Vec<u8>> {
    let mut simulation = Simulation::new(seed);
    for step in 0..steps {
        let did = simulation.step();
        simulation.check(&format!("seed {seed}, step {step}: {did}"));
    }
    simulation.finish()
}
