// Demo data of a retailer, with the truth about them.
//
// World/      the stores, products, members and rules that a seed describes
// History/    curated rows as CSV files, one a table
// Live/       CloudEvents as stores send them, with duplicates, late and useless ones
// Simulator/  posts live events to a listener at a rate
// GroundTruth what whoever loads the data should find
