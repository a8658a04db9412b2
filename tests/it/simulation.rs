//! Random operators, intruders, time jumps, full disks and restarts: the invariants hold after every step, and the
//! seed determines every byte of the trail.

mod model;

use model::Simulation;

#[test]
fn a_seed_determines_the_whole_run() {
    let trail = run(1, 200);
    assert_eq!(run(1, 200), trail);
    assert_ne!(run(2, 200), trail);
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
