import { departures } from "../lib/departures";

export const dynamic = "force-dynamic";

export default function Page() {
  return (
    <main>
      <h1>Departures</h1>
      <ul>
        {departures(new Date()).map((one) => (
          <li key={one.train}>
            {one.time} {one.train} to {one.to}
          </li>
        ))}
      </ul>
    </main>
  );
}
