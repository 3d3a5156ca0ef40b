import { useState } from "react";
import { split } from "./tip.js";

export default function App() {
  const [bill, setBill] = useState(42);
  const [people, setPeople] = useState(2);
  const [percent, setPercent] = useState(10);
  return (
    <main>
      <h1>Tip calculator</h1>
      <label>Bill <input type="number" value={bill} onChange={(e) => setBill(+e.target.value)} /></label>
      <label>People <input type="number" value={people} min="1" onChange={(e) => setPeople(+e.target.value)} /></label>
      <label>Tip <input type="range" value={percent} max="30" onChange={(e) => setPercent(+e.target.value)} /></label>
      <p>Each pays <strong>{split(bill, percent, people).toFixed(2)}</strong></p>
    </main>
  );
}
