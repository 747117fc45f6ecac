//! Pages of made-up results, with hostile texts in every place.

use super::{HOSTILE, made, page, refused};

fn quoted() -> String {
    format!("\"{}\"", HOSTILE.replace('"', "\"\""))
}

#[test]
fn a_run_with_hostile_cities_shows_them_as_text() {
    let name = quoted();
    let cities = format!(
        "replicate,quarter,city_id,name,capability,liberalisation,spending_cny_mn,introduction_cny_mn,\
         subscale_cny_mn,duplicated_cny_mn,idle_cny_mn\n\
         0,2015Q1,a,{name},1,0.5,10,2,1,2,1\n\
         0,2015Q1,{name},b,2,0.5,10,2,1,2,1\n0,2015Q2,a,{name},1,0.5,10,2,1,2,1\n"
    );
    let policies = format!(
        "replicate,quarter,event,city_id,instrument_id\n0,2015Q1,pioneer,{name},{name}\n0,2015Q2,codify,,{name}\n"
    );
    let folder = made(
        "run",
        &[("cities.csv", &cities), ("policies.csv", &policies)],
    );
    let page = page(&folder);
    assert!(page.contains("&lt;script&gt;alert(1)") || page.contains("&#60;script&#62;alert(1)"));
    assert!(page.contains("There is no national.csv in this folder"));
}

#[test]
fn a_comparison_shows_effects_and_their_course() {
    let name = quoted();
    let effects = format!(
        "treatment,response,unit,n,base_mean,treatment_mean,difference,low,high,relative_change,relative_low,relative_high,same_sign_share,verdict\n\
         {name},{name},1,4,1,2,1,0.5,1.5,1,0.5,1.5,1,higher\n{name},gap,1,4,1,1,0,-0.5,0.5,,,,,not shown\n"
    );
    let trajectory = format!(
        "treatment,response,quarter,n,difference,low,high\n{name},gap,2015Q1,4,0,0,0\n{name},gap,2015Q2,4,0.1,,\n"
    );
    let folder = made(
        "compare",
        &[
            ("effects.csv", &effects),
            ("effects_over_time.csv", &trajectory),
        ],
    );
    let page = page(&folder);
    assert!(
        page.contains("<figure id=\"effects-over-time\"") && page.contains("n = 4 pairs of runs")
    );
}

#[test]
fn a_comparison_at_design_points_says_where_it_holds() {
    let uncertainty = "treatment,response,points,higher,higher_low,higher_high,difference,low,high\n\
         free,gap,40,0.75,0.6,0.85,0.1,0,0.2\n";
    let drivers = "treatment,response,factor,rank,correlation\nfree,gap,budgets.retention,1,-0.5\n";
    let folder = made(
        "compare",
        &[("uncertainty.csv", uncertainty), ("drivers.csv", drivers)],
    );
    let page = page(&folder);
    assert!(page.contains("Does it hold elsewhere?") && page.contains("budgets.retention"));
    assert!(
        page.contains("Higher [low, high]</th>") && page.contains("<td>0.750 [0.600, 0.850]</td>")
    );
}

#[test]
fn indices_attributions_and_frontiers_have_pages() {
    let name = quoted();
    let sensitivity = format!(
        "response,factor,index,estimate,se,low,high,n\n{name},{name},total,0.5,0.1,0.4,0.6,9\n\
         {name},{name},first,0.4,,,,9\n"
    );
    let noise = format!(
        "response,points,replicates,runs,noise_of_means,noise_of_means_low,noise_of_means_high\n{name},9,2,18,0.1,,\n"
    );
    let folder = made(
        "sensitivity",
        &[("sensitivity.csv", &sensitivity), ("noise.csv", &noise)],
    );
    assert!(page(&folder).contains("<figure id=\"noise-noise-of-means\""));

    let shapley = format!(
        "response,mechanism,value,low,high,n,share\n{name},{name},0.5,0.4,0.6,4,\n{name},b,-0.1,,,4,\n"
    );
    let pairs = format!("response,mechanism_1,mechanism_2,value\n{name},{name},b,0.1\n");
    let ends = format!("combination,response,mean\n0,{name},1\n3,{name},1.4\n");
    let files = [
        ("shapley.csv", &*shapley),
        ("interactions.csv", &*pairs),
        ("combinations.csv", &*ends),
    ];
    let text = page(&made("attribute", &files));
    assert!(
        text.contains("<figure id=\"shapley-title-script")
            && text.contains("<figure id=\"pairs-title-script")
    );

    let frontier = format!(
        "design_point,{name},a,a_se,a_n,b,b_se,b_n,non_dominated,chance_non_dominated\n\
         0,{name},1,0.1,4,2,0.1,4,true,0.9\n1,x,1,0.1,4,1,0.1,4,false,0.1\n2,y,,,0,,,0,,\n"
    );
    let text = page(&made("frontier", &[("frontier.csv", &frontier)]));
    assert!(
        text.contains("<figure id=\"frontier-a-b\"") && text.contains("<figure id=\"chances\"")
    );
}

/// Three claims; the first has parts of two units.
fn claims() -> String {
    let name = quoted();
    format!(
        "claim,section,says,response,treatment,control,treatment_mean,control_mean,n,effect,low,high,expectation,verdict,claim_verdict,reading\n\
         A2,3,{name},productive_share@all,base,mechanisms.tournament = false,0.5,0.4,4,0.1,0.05,0.15,< 0,contradicted,contradicted,so\n\
         A2,3,{name},efficiency_per_cny_bn@last,base,mechanisms.tournament = false,2e-4,1e-4,4,1e-4,5e-5,2e-4,> 0,holds,contradicted,so\n\
         A2,3,{name},incidents@all,base,mechanisms.tournament = false,2,1,4,1,0,2,report,reported,contradicted,so\n\
         A1,3,second,gap@2024,base,,0.5,,4,0.5,0.4,0.6,> 0.45,not shown,not shown,otherwise\n\
         D1,5,third,,,,,,,,,,,open,open,not run: no money\n"
    )
}

#[test]
fn claims_come_in_their_order_with_verdict_and_robustness() {
    let name = quoted();
    let series = format!(
        "claim,part,response,arm,quarter,mean,low,high,n\nA2,1,{name},treatment,2015Q1,1,0.9,1.1,4\n\
         A2,1,{name},control,2015Q1,2,1.9,2.1,4\nA2,1,{name},difference,2015Q1,1,,,4\n"
    );
    let files = [
        ("claims.csv", &*claims()),
        ("series.csv", &*series),
        ("uncertainty.csv", "claim,points,holds\nA2,64,0.75\n"),
        (
            "henan.csv",
            "city_id,measure,arm,quarter,mean,low,high,n\nzhengzhou,spending,treatment,2023Q1,1,,,4\n",
        ),
        (
            "regimes.csv",
            "comparison,about,arm,response,mean\nx,y,base,=1+1,0.5\n",
        ),
    ];
    let text = page(&made("reproduce", &files));
    let place = |part: &str| {
        text.find(part)
            .unwrap_or_else(|| panic!("{part} in the page"))
    };
    assert!(place("id=\"claim-a2\"") < place("id=\"claim-a1\""));
    assert!(text.contains("it holds at 75 % of 64 points"));
    assert!(text.contains("Holds elsewhere</th>") && !text.contains("--full runs them"));
    assert!(text.contains("<figure id=\"henan-zhengzhou\"") && text.contains("id=\"regimes\""));
}

#[test]
fn a_verdict_has_a_link_an_effect_and_a_colour_and_its_experiment_is_told_in_words() {
    let text = page(&made("reproduce", &[("claims.csv", &*claims())]));
    // The first row of the table, whose parts that are only reported stand with the claim.
    let row = text
        .split("<tbody>")
        .nth(1)
        .and_then(|part| part.split("</tbody>").next());
    let row = row.expect("a table");
    assert!(
        row.contains("rowspan=\"2\"><a href=\"#claim-a2\">A2</a>"),
        "{row}"
    );
    assert!(
        row.contains("Productive, share, whole run</td><td class=\"expected\">lower</td>"),
        "{row}"
    );
    assert!(
        row.contains("title=\"contradicted\">0.100 [0.0500, 0.150]<"),
        "{row}"
    );
    assert!(
        row.contains("0.000100 [5.00e−5, 0.000200] 1/CNY bn<"),
        "{row}"
    );
    assert!(
        row.contains("<span class=\"verdict bad\">contradicted</span>"),
        "{row}"
    );
    assert!(
        text.contains("<td class=\"expected\">above 0.45</td>")
            && text.contains("<td>not run: no money</td>")
    );
    // Without uncertainty there is no column for it, but a way to it.
    assert!(
        !text.contains("Holds elsewhere") && text.contains("dualtrack reproduce --full runs them")
    );
    // A picture for each unit.
    for id in [
        "estimate-a2",
        "estimate-a2-2",
        "estimate-a2-3",
        "estimate-a1",
    ] {
        assert!(text.contains(&format!("<figure id=\"{id}\"")), "{id}");
    }
    assert!(text.contains("What was measured, in 1/CNY bn"));
    // Sections are folded, with words first and code after.
    let words = "Treatment: the scenario as it is. Control, on the same random draws: the scenario with the rule “Officials \
                 compete for promotion on their scores” off.</p>";
    let code = "<p class=\"code\"><code>base against mechanisms.tournament = false</code></p>";
    let place = |part: &str| {
        text.find(part)
            .unwrap_or_else(|| panic!("{part} in the page"))
    };
    assert!(place("<details class=\"fold\">") < place(words) && place(words) < place(code));
    assert_eq!(text.matches("<details class=\"fold\">").count(), 3);
}

/// The page of a sweep at design points: their values of factors, a line each, below a header.
fn swept(design: &str) -> String {
    let mut summary = "design_point,response,n,mean,low,high\n".to_string();
    let mut points = String::new();
    for (place, line) in design.lines().enumerate() {
        points += &match place {
            0 => format!("design_point,{line}\n"),
            place => format!("{},{line}\n", place - 1),
        };
        if let Some(point) = place.checked_sub(1) {
            let mean = 1 + point * point % 7;
            summary += &format!("{point},gap,2,{mean},{},{}\n", mean - 1, mean + 1);
        }
    }
    let files = [("design.csv", &*points), ("summary.csv", &*summary)];
    page(&made("sweep", &files))
}

/// The drawing of the response for desks.
fn drawn(page: &str) -> &str {
    let figure = page
        .split("<figure id=\"response-gap\"")
        .nth(1)
        .expect("a figure");
    figure.split("</svg>").next().expect("a drawing")
}

#[test]
fn a_sweep_shows_every_factor_and_says_what_its_design_is() {
    let mut grid = "a.one,b.two,c.three\n".to_string();
    for place in 0..12 {
        grid += &format!(
            "{},{},{}\n",
            place % 2,
            place / 2 % 2,
            ["x", "y", "z"][place / 4]
        );
    }
    let text = swept(&grid);
    for factor in ["a.one", "b.two", "c.three"] {
        assert!(
            drawn(&text).contains(&format!(">{factor}</text>")),
            "{factor}"
        );
    }
    assert!(text.contains("The design is a grid") && !text.contains("All other factors differ"));
    // By hand: points with a.one = 0 have means 1, 5, 3, 2, 2 and 3.
    let row = ["0", "2.66667", "2", "3"].map(|cell| format!("<td class=\"r\">{cell}</td>"));
    assert!(text.contains(&format!("<td>a.one</td>{}", row.concat())));

    let mut sample = "a.one,b.two,c.three\n".to_string();
    for place in 0..40 {
        sample += &format!(
            "0.{:02},0.{:02},0.{:02}\n",
            place * 7 % 40,
            place * 11 % 40,
            place * 13 % 40
        );
    }
    let text = swept(&sample);
    for factor in ["a.one", "b.two", "c.three"] {
        assert!(
            drawn(&text).contains(&format!(">{factor}</text>")),
            "{factor}"
        );
    }
    assert!(text.contains("All other factors differ") && !text.contains("The design is a grid"));

    let text = swept("a.one,b.two,c.three\n,,\n0,,\n1,,\n,0.5,\n,0.7,\n,,x\n,,y\n");
    for factor in ["a.one", "b.two", "c.three"] {
        assert!(
            drawn(&text).contains(&format!(">{factor}</text>")),
            "{factor}"
        );
    }
    assert!(text.contains("all other factors are as the scenario has them"));
    let many: Vec<String> = (0..30)
        .map(|factor| format!("factor_{factor:02}"))
        .collect();
    let values = |place: usize| -> String {
        let of = (0..30).map(|factor| format!("{}", (place * 5 + factor * place) % 41));
        of.collect::<Vec<_>>().join(",")
    };
    let points: Vec<String> = (0..41).map(values).collect();
    let text = swept(&format!("{}\n{}\n", many.join(","), points.join("\n")));
    let bars = text
        .split("<figure id=\"moved-gap\"")
        .nth(1)
        .expect("bars of all");
    for factor in &many {
        assert!(bars.contains(&format!(">{factor}</text>")), "{factor}");
    }
}

#[test]
fn pairs_that_are_noise_are_pale_and_an_index_is_named_once() {
    let sensitivity = "response,factor,index,estimate,low,high,n\n\
         gap,a.one,total,0.5,0.4,0.6,9\ngap,a.one,first,0.4,0.3,0.5,9\n\
         gap,b.two,total,0.2,0.1,0.3,9\ngap,b.two,first,0.1,0,0.2,9\n";
    let pairs = "response,factor_1,factor_2,estimate,low,high,n\n\
         gap,a.one,b.two,0.2,0.1,0.3,9\ngap,a.one,c.three,-0.9,-2,1,9\ngap,b.two,c.three,0.3,,,9\n";
    let files = [
        ("sensitivity.csv", sensitivity),
        ("interactions.csv", pairs),
    ];
    let text = page(&made("sensitivity", &files));
    let figure = |id: &str| {
        let figure = text
            .split(&format!("<figure id=\"{id}\""))
            .nth(1)
            .expect("a figure");
        figure
            .split("</svg>")
            .next()
            .expect("a drawing")
            .to_string()
    };
    let bars = figure("indices-gap");
    for once in ["first-order index", "total index", "a.one", "b.two"] {
        assert_eq!(
            bars.matches(&format!(">{once}</text>")).count(),
            1,
            "{once}"
        );
    }
    let heat = figure("interactions-gap");
    // The largest estimate is noise: it is pale, and the colours are those of the one that is not.
    assert!(
        heat.contains("<rect class=\"d8\"") && heat.contains("0.200 [0.100, 0.300]"),
        "{heat}"
    );
    assert!(heat.contains("−0.900 [−2.00, 1.00]"), "{heat}");
    let pale = heat.matches("<rect class=\"none\"").count();
    assert_eq!(pale, 2, "{heat}");
    assert!(!heat.contains(">−0.9</text>") && !heat.contains(">−0.90</text>"));
    let noise = pairs.replace("0.2,0.1,0.3", "0.2,-0.1,0.3");
    let files = [
        ("sensitivity.csv", sensitivity),
        ("interactions.csv", &*noise),
    ];
    assert!(page(&made("sensitivity", &files)).contains("no cell is shown to differ from 0"));
}

#[test]
fn a_missing_file_or_column_is_named() {
    for (command, file) in [
        ("sweep", "summary"),
        ("compare", "effects"),
        ("sensitivity", "sensitivity"),
        ("attribute", "shapley"),
        ("frontier", "frontier"),
        ("reproduce", "claims"),
    ] {
        let folder = made(command, &[]);
        let said = refused(folder.path(), &["report", "r"]);
        assert!(
            said.contains(&format!("`{file}.csv` (or .gz, .zst) is missing")),
            "{said}"
        );
        let folder = made(command, &[(&format!("{file}.csv"), "x,y\n1,2\n")]);
        let said = refused(folder.path(), &["report", "r"]);
        assert!(said.contains("is missing; a report needs it"), "{said}");
    }
    let folder = made("run", &[("national.csv", "replicate,quarter\n")]);
    let said = refused(folder.path(), &["report", "r"]);
    assert!(
        said.contains("column `competitiveness` is missing"),
        "{said}"
    );
}
