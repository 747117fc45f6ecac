use dualtrack::model::{Run, Setup};
use dualtrack::random::Luck;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let scenario = dualtrack::scenario::load(std::path::Path::new(&args[1]), &args[3..]).unwrap_or_else(|e| { eprintln!("{e}"); std::process::exit(2) });
    let reps: u64 = args[2].parse().unwrap();
    let t = std::time::Instant::now();
    let setup = Setup::new(scenario.world).unwrap();
    println!("setup {:?}", t.elapsed());
    let mut run = Run::new(&setup, Luck { seed: 1, replicate: 0 });
    let q = setup.world().quarters;
    let keep = reps.min(std::env::var("KEEP").map_or(20, |k| k.parse().unwrap()));
    let mut rows: Vec<Vec<dualtrack::model::record::National>> = vec![];
    for r in 0..keep {
        run.reset(Luck { seed: 1, replicate: r });
        let mut v = vec![run.national()];
        for _ in 0..q { run.step(None).unwrap(); v.push(run.national()); }
        rows.push(v);
    }
    println!("q NC gap R E U X spend dup% intro% sub% idle% prod% instr fail poach liber inforce nat loc simall simpeer spec conc inc util H L out grants");
    for t in (0..=q as usize).step_by(4) {
        let m = |f: &dyn Fn(&dualtrack::model::record::National) -> f64| rows.iter().map(|v| f(&v[t])).sum::<f64>() / rows.len() as f64;
        println!("{t:3} {:.3} {:.3} {:.2} {:.2} {:.2} {:.2} {:8.0} {:.3} {:.3} {:.3} {:.3} {:.3} | {:6.0} {:6.0} {:6.0} {:.3} {:.2} {:.1} {:.2} | {:.3} {:.3} {:.3} {:.3} {:.2} {:.3} {:6.0} {:6.0} {:6.0} {:6.0}",
          m(&|n| n.competitiveness), m(&|n| n.gap), m(&|n| n.stringency), m(&|n| n.eu_pressure), m(&|n| n.us_pressure), m(&|n| n.export_controls), m(&|n| n.spending_cny_mn),
          m(&|n| n.duplicated_cny_mn/n.spending_cny_mn), m(&|n| n.introduction_cny_mn/n.spending_cny_mn), m(&|n| n.subscale_cny_mn/n.spending_cny_mn), m(&|n| n.idle_cny_mn/n.spending_cny_mn), m(&|n| n.productive_cny_mn/n.spending_cny_mn),
          m(&|n| n.instruments_cny_mn), m(&|n| n.failed_experiments_cny_mn), m(&|n| n.poaching_cny_mn), m(&|n| n.liberalisation), m(&|n| n.instruments_in_force), m(&|n| n.national_measures as f64), m(&|n| n.local_origin_share.unwrap_or(f64::NAN)),
          m(&|n| n.similarity_all.unwrap_or(0.)), m(&|n| n.similarity_peers.unwrap_or(0.)), m(&|n| n.specialisation), m(&|n| n.concentration), m(&|n| n.incidents as f64), m(&|n| n.utilisation), m(&|n| n.researchers), m(&|n| n.effective_talent), m(&|n| n.output_cny_mn), m(&|n| n.grants_cny_mn));
    }
    for s in 0..setup.world().sectors.len() { let r = run.sector(s); println!("{:20} C {:8.0} F {:8.0} C/F {:.3} u {:.2} k {:.2} pi {:.2} I {:7.0} dup {:.2} conc {:.2} lead {}", setup.world().sectors[s].id, r.capability, r.frontier, r.capability/r.frontier, r.utilisation, r.compute_access, r.priority, r.spending_cny_mn, r.duplicated_cny_mn/r.spending_cny_mn, r.concentration, setup.world().cities[r.leader as usize].id); }
    let t = std::time::Instant::now();
    for r in 0..reps { run.reset(Luck { seed: 1, replicate: r }); for _ in 0..q { run.step(None).unwrap(); } }
    let e = t.elapsed();
    println!("{reps} reps {e:?}: {:.0} ns per city-quarter", e.as_nanos() as f64 / (reps as f64 * q as f64 * setup.world().cities.len() as f64));
}
