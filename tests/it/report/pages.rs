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
    let robustness =
        "treatment,response,points,higher,difference,low,high\nfree,gap,40,0.75,0.1,0,0.2\n";
    let drivers = "treatment,response,factor,rank,correlation\nfree,gap,budgets.retention,1,-0.5\n";
    let folder = made(
        "compare",
        &[("robustness.csv", robustness), ("drivers.csv", drivers)],
    );
    let page = page(&folder);
    assert!(page.contains("Does it hold elsewhere?") && page.contains("budgets.retention"));
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

#[test]
fn claims_come_in_their_order_with_verdict_and_robustness() {
    let name = quoted();
    let claims = format!(
        "claim,section,says,response,n,effect,low,high,expectation,verdict,claim_verdict,reading\n\
         A2,3,{name},stringency,4,0.5,0.4,0.6,> 0,holds,holds,so\n\
         A1,3,second,gap,4,0.5,0.4,0.6,< 0,contradicted,contradicted,otherwise\n\
         D1,5,third,,,,,,,open,open,not run\n"
    );
    let series = format!(
        "claim,part,response,arm,quarter,mean,low,high,n\nA2,1,{name},treatment,2015Q1,1,0.9,1.1,4\n\
         A2,1,{name},control,2015Q1,2,1.9,2.1,4\nA2,1,{name},difference,2015Q1,1,,,4\n"
    );
    let files = [
        ("claims.csv", &*claims),
        ("series.csv", &*series),
        ("robustness.csv", "claim,points,holds\nA2,64,0.75\n"),
        (
            "henan.csv",
            "city_id,measure,arm,quarter,mean,low,high,n\nzhengzhou,spending,treatment,2023Q1,1,,,4\n",
        ),
        (
            "regimes.csv",
            "comparison,about,side,response,mean\nx,y,base,=1+1,0.5\n",
        ),
    ];
    let text = page(&made("reproduce", &files));
    let place = |part: &str| {
        text.find(part)
            .unwrap_or_else(|| panic!("{part} in the page"))
    };
    assert!(place("id=\"claim-a2\"") < place("id=\"claim-a1\""));
    assert!(
        text.contains("it holds at 75 % of 64 points")
            && text.contains("<span class=\"verdict bad\">contradicted")
    );
    assert!(text.contains("<figure id=\"henan-zhengzhou\"") && text.contains("id=\"regimes\""));
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
