"""How a weak committee is completed and how a union is dissolved: cases with steps, evidence and papers, from the cause to
what is left to do after the decision. The decision itself is booked by the room whose matter it is."""
